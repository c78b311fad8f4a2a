# Le mode guidé : des lignes au lieu d'un plein écran.
guided-goals = Objectifs
guided-goal = { $points ->
    [one] { $mark } { $title } ({ $points } point)
   *[other] { $mark } { $title } ({ $points } points)
 }
guided-met = atteint
guided-open = ouvert
guided-how = Votre shell dans le lab vient ensuite ; `exit` en sort. Les objectifs sont annoncés quand ils sont atteints. Là, `plimsoll hint { $lab }` aide, `plimsoll answer { $lab }` montre les questions, `plimsoll { $lab }` redonne cette leçon.
guided-goal-met = [objectif atteint : { $goal }. { $score } points sur { $most }]
guided-turned-back = [ce n'est plus le cas : { $goal }. { $why }]
guided-all-met = [tous les objectifs sont atteints : `exit` quand vous voulez]

# Revenir en arrière : `plimsoll reset`.
reset-loses = Remettre { $lab } à zéro supprime tout ce qui s'y trouve, ce qui était conservé de ses étapes, vos réponses et le compte de vos indices.
reset-go-on = Continuer ? [o/N]
reset-done = { $lab } est comme neuf. Votre meilleur score est conservé.
reset-step-done = { $lab } est de nouveau comme au début de l'étape { $step }.
reset-not-started = { $container } tournait alors, mais n'a pas pu être redémarré : { $reason }
reset-files-stay = Vos fichiers dans { $folder } restent tels quels.
reset-files-changed = Vous avez modifié { $files } : `plimsoll reset { $lab } --files` remet les fichiers du lab et garde les vôtres sous le nom NOM.old.
reset-file-is-back = { $file } est de nouveau celui du lab ; le vôtre est { $old }
undo-goes-back = { $lab } revient au début de l'étape { $step }.
undo-loses-containers = conteneurs supprimés : { $names }
undo-loses-images = images supprimées : { $names }
undo-loses-volumes = volumes supprimés : { $names }
undo-loses-answers = réponses oubliées : { $names }
undo-brings-back = conteneurs qui reviennent, ou tournent de nouveau : { $names }
undo-and-else = Ce qui a changé depuis dans les autres conteneurs et volumes est annulé aussi, et ce qui tournait alors redémarre. Vos propres fichiers restent tels quels.
undo-not-kept = plimsoll : le début de cette étape n'a pas pu être conservé : { $why }
undo-no-snapshot = rien n'a été conservé du début de l'étape { $step } de { $lab }
undo-no-such-step = { $lab } n'a pas d'étape { $step } ; ses étapes vont de 1 à { $last }
undo-step-before = `plimsoll reset { $lab } --step { $step }` revient au début de l'étape { $step }
undo-whole-lab = `plimsoll reset { $lab }` revient au début du lab

# Ce que `plimsoll doctor` dit sous ce qu'il a trouvé.
doctor-fine = Tout va bien : les labs marchent ici.
doctor-limited = Les labs marchent ici, avec les limites dites ci-dessus.
doctor-broken = Les labs ne marcheront pas ici tant que ce qui précède n'est pas réparé.
doctor-worst = { $subject } : { $found }

# `--help` : les commandes.
help-plimsoll = Apprendre les conteneurs en s'en servant : un seul programme avec le moteur, les labs et les correcteurs
help-after =
    `plimsoll` seul ouvre l'écran, `plimsoll LAB` l'ouvre à ce lab.
    Sans terminal, le premier liste les labs et le second affiche la leçon.
help-labs = Les labs, où vous en êtes, et par quoi continuer
help-shell = Un shell, ou une seule commande, dans un lab
help-check = Examiner l'état d'un lab et dire quels objectifs sont atteints
help-map = Dessiner un lab : conteneurs, réseaux, ports, dossiers et volumes
help-answer = Répondre à une question d'un lab
help-hint = Un indice pour le prochain objectif, un peu plus à chaque fois
help-reset = Recommencer un lab, ou une de ses étapes : ce qui a été créé depuis est supprimé
help-demo = Jouer les solutions de référence sur de vrais conteneurs et les noter
help-grade = Noter le script de quelqu'un d'autre dans un lab à part
help-submit = Préparer votre travail pour le rendre (viendra dans une version suivante)
help-course = Pour les auteurs : créer, vérifier et jouer des labs
help-course-new = Écrire un petit lab qui marche, pour commencer
help-course-check = Vérifier les fichiers d'un cours, puis jouer et noter chaque essai
help-course-play = Jouer les essais d'un lab, ou celui qui est nommé, et montrer chaque verdict
help-course-schema = Afficher le schéma JSON des fichiers de lab, de correcteur ou de cours, pour les éditeurs
help-book = Le livre : dans un navigateur de cette machine, ou en fichiers
help-stop = Arrêter un lab ; ses conteneurs, images et volumes sont conservés
help-env = Afficher les variables qui mènent n'importe quel client Docker à un lab
help-doctor = Chercher ce que cette machine permet, et comment y remédier
help-docker = La commande `docker` : `plimsoll docker run hello-world`

# `--help` : les arguments.
arg-store = Garder les blobs et les couches dans ce dossier, sur un disque local
arg-course = Un cours dans un dossier, à la place de celui que contient le programme
arg-lang = Langue des textes de Plimsoll : en ou fr
arg-record = Noter dans ce fichier tout ce qui se passe à l'écran
arg-plain = Des lignes au lieu d'un plein écran, pour les lecteurs d'écran
arg-help = Afficher cette aide
arg-version = Afficher la version
arg-lab = Le lab
arg-lab-example = Le lab, par exemple hello-world
arg-lab-meant = Le lab ; dans le shell d'un lab, c'est celui-là
arg-lab-left-out = Le lab ; dans le shell d'un lab, inutile de le nommer
arg-no-publish = Ne pas offrir les ports publiés sur l'interface locale de cette machine
arg-command = Une commande et ses arguments, après `--`
arg-json = En JSON
arg-result-json = Le résultat détaillé, en JSON
arg-findings-json = Ce qui a été trouvé, en JSON
arg-engine = Examiner un autre moteur : unix:///var/run/docker.sock
arg-question = Le nom de la question, tel que l'affiche la leçon ; sans lui, les questions sont listées
arg-value = Votre réponse
arg-step = Revenir au début de cette étape de la leçon, comptée à partir de 1
arg-reset-files = Remettre aussi les fichiers de départ que vous avez modifiés ; les vôtres restent sous NOM.old
arg-yes = Ne rien demander
arg-labs = Les labs à jouer ; tous si aucun n'est nommé
arg-script = Le script à exécuter
arg-script-files = Les fichiers qui vont avec : ils sont posés dans le dossier où il s'exécute
arg-timeout = Le temps accordé au script, en secondes
arg-format = Comment afficher le résultat : pour des personnes, ou en JSON (plimsoll/result/v1)
arg-output = Où écrire ce que vous rendez
arg-course-folder = Le dossier du cours
arg-new-lab = Le nom du nouveau lab
arg-only-lab = Un seul lab
arg-no-play = Lire seulement les fichiers, ne rien jouer
arg-attempt = Un seul essai, nommé par son fichier sans .sh
arg-schema-file = lab, grader ou course
arg-page = Une page, par exemple course/keeping-data, ou un lab ; sinon le début
arg-out = Écrire le livre, dans les deux langues, dans ce dossier
arg-port = Le port de 127.0.0.1 où le servir ; sinon un port libre
arg-sources = Pour ceux qui l'écrivent : son dossier, à la place de ce que contient le programme
arg-all = Tous vos labs
arg-docker-words = Ce que prend `docker`

# `--help` : les titres, ce qui remplace une valeur, et ce qui est ajouté entre crochets.
help-usage = Usage :
help-commands = { "Commandes " }
help-arguments = { "Arguments " }
help-options = { "Options " }
help-default = [par défaut : { $value }]
help-possible = [valeurs possibles : { $values }]
help-environment = [variable : { $variable }]
value-attempt = ESSAI
value-command = COMMANDE
value-dir = DOSSIER
value-endpoint = ADRESSE
value-file = FICHIER
value-folder = DOSSIER
value-format = FORME
value-lang = LANGUE
value-seconds = SECONDES
value-value = RÉPONSE
value-words = MOTS

# Ce qui ne va pas dans ce qui a été tapé.
typed-twice = `{ $argument }` est donné deux fois
typed-together = `{ $argument }` ne va pas avec { $others }
typed-no-value = il faut une valeur à `{ $argument }`
typed-wrong-value = `{ $value }` n'est pas une valeur de `{ $argument }`
typed-refused-value = la valeur `{ $value }` ne convient pas à `{ $argument }` : { $why }
typed-no-such-command = il n'y a pas de commande `{ $word }`
typed-missing = il manque ceci : { $arguments }
typed-missing-command = il faut une commande à `{ $command }`
typed-surplus-value = `{ $argument }` ne prend pas de valeur, et a reçu `{ $value }`
typed-unknown = argument inattendu : `{ $argument }`
typed-not-utf8 = un mot n'est pas en UTF-8
typed-not-understood = ceci est incompréhensible
typed-one-of = au choix : { $values }
typed-did-you-mean = vouliez-vous dire `{ $word }` ?
typed-as-a-word = pour transmettre `{ $word }` tel quel, mettez `--` devant
typed-usage = usage : { $usage } ; `--help` en dit plus
typed-see-help = `--help` en dit plus
number-between = il faut un nombre entier de { $least } à { $most }
yes-or-no = il faut 1 ou 0, yes ou no

# Autour de ce qui n'a pas marché.
failure-cause = cause : { $cause }
failure-hint = conseil : { $hint }
