"""The surfaces: each feed is a list of stages that you can read aloud."""
