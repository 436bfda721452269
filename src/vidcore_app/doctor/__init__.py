"""`vidcore doctor`: looks at all that a platform stands on, and changes nothing."""
