"""The engines and the contract that lets anyone bring another."""
