"""What a running bridge tells operators over HTTP."""
