# Touches, au pied de l'écran.
key-help = aide

# Le terminal de l'apprenant.
earlier = plus tôt
recording-full = L'enregistrement a atteint sa taille maximale : à partir d'ici, seuls les objectifs sont notés.
no-terminal = Impossible d'ouvrir un terminal dans cet écran ({ $reason }). `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-terminal-missing = Cette machine n'a pas de /dev/ptmx : aucun terminal ne peut être ouvert dans cet écran. Un administrateur y remédie avec `mount -t devpts devpts /dev/pts` ; `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-terminal-forbidden = Vous n'avez pas le droit d'ouvrir /dev/ptmx : aucun terminal ne peut être ouvert dans cet écran. Adressez-vous à qui a installé cette machine ; `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-terminal-left = Tous les terminaux de cette machine sont pris. Fermez-en quelques-uns, ou demandez à un administrateur d'augmenter `kernel.pty.max` ; `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-program = Le programme { $program }, à lancer dans le terminal, n'existe pas. Réinstallez Plimsoll, ou donnez à SHELL un interpréteur qui existe.
program-not-runnable = { $program } ne peut pas être lancé dans le terminal : { $reason }.
no-directory = Le dossier { $directory }, où ouvrir le terminal, n'existe pas. Recréez-le, ou recommencez avec `plimsoll reset LAB`.
