"""The steps of the staircase, each a Speaker that holds another."""
