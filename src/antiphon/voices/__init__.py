"""Who says it: recordings of people, and the voices that are made of them."""
