"""vidcore: the domain of a private video platform, without any I/O."""
