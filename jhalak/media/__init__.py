"""Videos: what an upload is, made safe and light; decoding only in a confined child."""
