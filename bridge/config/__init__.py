"""The operator's file: TOML to validated models, with every mistake at once."""
