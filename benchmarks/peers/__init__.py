"""What vidcore is measured beside, where nobody ships it as a program."""
