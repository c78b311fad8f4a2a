# Touches, au pied de l'écran.
key-help = aide
