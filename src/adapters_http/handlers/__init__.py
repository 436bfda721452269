"""What each route does: request, one use case, answer. One file for each part of the contract."""
