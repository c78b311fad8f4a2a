# Keys, at the foot of a screen.
key-help = help
