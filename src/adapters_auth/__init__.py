"""Passwords as bcrypt hashes, access tokens as JWTs, media tokens as short signed texts."""
