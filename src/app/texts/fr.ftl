# Le mode guidé : des lignes au lieu d'un plein écran.
guided-goals = Objectifs
guided-goal = { $points ->
    [one] { $mark } { $title } ({ $points } point)
   *[other] { $mark } { $title } ({ $points } points)
 }
guided-met = atteint
guided-open = ouvert
guided-how = Votre shell dans le lab vient ensuite ; `exit` en sort. Les objectifs sont annoncés quand ils sont atteints. Là, `plimsoll hint { $lab }` aide, `plimsoll answer { $lab }` montre les questions, `plimsoll { $lab }` redonne cette leçon.
guided-goal-met = [objectif atteint : { $goal }. Points : { $score } sur { $most }]
guided-turned-back = [ce n'est plus le cas : { $goal }. { $why }]
guided-all-met = [tous les objectifs sont atteints : `exit` quand vous voulez]

# Revenir en arrière : `plimsoll reset`.
reset-loses = Remettre { $lab } à zéro supprime tout ce qui s'y trouve, ce qui était conservé de ses étapes et vos réponses.
reset-go-on = Continuer ? [o/N]
reset-done = { $lab } est comme neuf. Votre meilleur score est conservé, et les indices que vous avez vus.
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

    Variables :
      PLIMSOLL_HOME   dossier des données de Plimsoll ; sinon ~/.local/share/plimsoll
      PLIMSOLL_WORK   dossier de vos fichiers, un par lab dedans ; sinon ~/plimsoll
      PLIMSOLL_LANG   en ou fr ; sinon la langue choisie à l'écran, sinon celle
                      de LC_ALL, LC_MESSAGES ou LANG
      PLIMSOLL_THEME  light ou dark : le fond auquel vont les couleurs
      PLIMSOLL_PLAIN  1 : des lignes au lieu d'un plein écran
      NO_COLOR        n'importe quoi : pas de couleurs
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

# La langue, et ce qui a été choisi pour tous les labs.
languages-spoken = Plimsoll parle { $languages } (`--lang`, ou { $variable })
settings-unwritten = impossible de retenir votre choix dans `{ $path }` : { $why }
settings-newer = impossible de retenir votre choix : `{ $path }` vient d'un Plimsoll plus récent (version { $found } du fichier ; celui-ci écrit la { $known })

# Ce que disent plusieurs commandes.
no-such-lab = il n'y a pas de lab `{ $lab }`
labs-are = les labs sont : { $labs }
needs-lab = hors du shell d'un lab, il faut un nom de lab à `plimsoll { $command }`
needs-lab-hint = plimsoll { $command } LAB ; `plimsoll labs` en donne la liste
lab-variable-wrong = { $variable } : { $why }
lab-variable-hint = `unset { $variable }`, ou nommez le lab
start-files-unwritten = impossible d'écrire les fichiers du lab : `{ $path }` : { $why }
start-files-hint = `export PLIMSOLL_WORK=DOSSIER` met vos fichiers de tous les labs dans un autre dossier
file-unmoved = impossible de déplacer `{ $file }` vers `{ $to }` : { $why }
at-path = `{ $path }` : { $why }
not-in-submission = `plimsoll { $command }` n'est pas disponible dans un travail rendu
own-program = impossible de trouver le fichier de ce programme : { $why }
not-runnable = impossible d'exécuter `{ $program }` : { $why }
signals-unset = impossible de régler les signaux : { $why }
no-full-screen-hint = `plimsoll labs` et `plimsoll shell LAB` se passent de plein écran
no-folder = impossible de créer le dossier `{ $path }` : { $why }
standard-input = entrée standard : { $why }
standard-output = sortie standard : { $why }
submit-later = `plimsoll submit` viendra dans une version suivante
submit-later-hint = gardez vos commandes dans un script ; l'enseignant le note avec `plimsoll grade { $lab } --script FICHIER`
sudo-needless = sudo : inutile dans le lab ; tapez la commande sans lui
sudo-left-away = sudo : inutile dans le lab, qui est à vous ; la commande est exécutée sans lui

# Ce qui est dit quand un moteur ne répond pas.
engine-refused = le moteur refuse : { $said }
engine-unreachable = aucun moteur ne répond à { $endpoint }
engine-denied = vous n'avez pas le droit de vous connecter au moteur à { $endpoint }
engine-broke-off = la connexion au moteur a échoué : { $request }
engine-nonsense = le moteur n'a pas donné de réponse valable à { $request } : { $reason }
engine-address = `{ $address }` n'est pas l'adresse d'un moteur
engine-address-hint = par exemple : --engine unix:///var/run/docker.sock

# `plimsoll labs`, et le nom d'un lab tout seul.
labs-next = À suivre : { $title }
labs-lesson = lire la leçon
labs-shell = travailler dans le lab ; `exit` en sort
labs-check = voir quels objectifs sont atteints
labs-hint = un peu d'aide
labs-all-done = Tous les labs sont faits. Et maintenant :
labs-again = relire une leçon, et refaire ce qu'elle demande
labs-anew = recommencer un lab ; votre meilleur score est conservé
labs-book = continuer avec le livre
lesson-no-command = il manque une commande
lesson-neither = `{ $word }` n'est ni une commande ni un lab
lesson-lists = `plimsoll labs` donne la liste des labs, `plimsoll --help` celle des commandes
lesson-takes-no = `plimsoll { $lab }` ne prend pas `{ $word }`
lesson-shell = `plimsoll shell { $lab }` ouvre le shell du lab

# `plimsoll shell` et `plimsoll stop`.
shell-welcome = Le lab { $lab }. Vos fichiers : { $work }
shell-how = La leçon : `plimsoll { $lab }`. À la fin : `exit`, puis `plimsoll check { $lab }`.
shell-lab-ended = le lab { $lab } s'est arrêté, et ce shell avec lui
shell-nothing-lost = rien n'est perdu : images, volumes, conteneurs arrêtés et { $work } sont conservés
shell-go-on = pour continuer : plimsoll shell { $lab }
port-here = { $container } : localhost:{ $port } dans le lab, http://{ $address } dans un navigateur de cette machine
port-afar = depuis votre ordinateur : ssh -L { $port }:{ $address } { $target }, puis http://localhost:{ $port }
stop-stopped = { $lab } : arrêté
stop-killed = { $lab } : ne répondait pas et a été tué ; son état est conservé
stop-not-running = { $lab } : ne tournait pas

# `plimsoll answer` et `plimsoll hint`.
answer-noted = Noté : { $question } = { $value }. `plimsoll check { $lab }` dit si c'est juste.
answer-no-question = le lab { $lab } n'a pas de question `{ $question }`
answer-asks-nothing = ce lab ne pose pas de question
answer-questions = ses questions sont : { $questions }
answer-empty = une réponse n'est pas vide
answer-too-long = une réponse a au plus { $most } octets
answer-no-choice = `{ $value }` n'est pas un des choix de `{ $question }`
answer-choose = au choix : { $choices }
answer-question = { $question } : { $text }
answer-a-choice = CHOIX
answer-an-answer = RÉPONSE
answer-yours = votre réponse : { $answer }
hint-all-met = Tous les objectifs sont atteints.
hint-last = C'était le dernier indice pour cet objectif.
hint-more = Encore { $left } : tapez de nouveau la commande.

# `plimsoll reset`, quand quelque chose l'empêche.
reset-asks = remettre { $lab } à zéro demande d'abord, et il n'y a pas de terminal pour demander
reset-yes-hint = --yes ne demande rien
reset-sweep-later = { $why } ; un nouvel essai suit au prochain démarrage du lab
reset-unseen = Impossible d'examiner { $lab } : { $why }.
reset-unseen-loses = Remettre ce lab à zéro supprime `{ $folder }` tel quel : conteneurs ({ $containers }), volumes ({ $volumes }) et tout ce qui s'y trouve, ainsi que vos réponses.

# `plimsoll book`.
book-for-mdbook = `plimsoll book preprocessor` est appelé par mdBook
book-for-mdbook-hint = dans book.toml : command = "plimsoll book preprocessor"
book-beginning = `plimsoll book` l'ouvre au début
book-room = `export TMPDIR=DOSSIER` indique un dossier où il reste une dizaine de Mo
book-new-folder = donnez un nouveau dossier, ou un dossier vide
book-own-folder = donnez un dossier où vous pouvez écrire
book-port-taken = impossible d'avoir le port { $port } de 127.0.0.1 : { $why }
book-free-port = sans `--port`, un port libre est trouvé

# Pour les auteurs : `plimsoll course` et `plimsoll demo`.
course-no-schema = il n'y a pas de schéma `{ $file }`
course-taken = `{ $file }` existe déjà
course-another-name = choisissez un autre nom
course-in-order = { $folder } : les fichiers sont en ordre : { $labs }
course-ok = ok
course-failed = ÉCHEC
course-start = { $lab } : le lab intact n'est pas réussi ({ $points } points)
course-counted = { $passed } réussis, { $failed } échoués
course-unfinished = pas encore terminé (`plimsoll course check { $folder }`) :
course-no-attempt = le lab { $lab } n'a pas d'essai `{ $attempt }`
course-attempts = ses essais sont : { $attempts }
course-not-as-promised = pas comme promis : { $told }
course-mistakes = { $count ->
    [one] le cours a une erreur
   *[other] le cours a { $count } erreurs
 }
course-not-finished = pas encore terminé :
play-too-long = le script ne s'est pas terminé en { $seconds } s
play-script-ended = le script s'est terminé avec { $how }
play-code = le code { $code }
play-signal = le signal { $signal }
play-not-all = tous les objectifs ne sont pas atteints : { $goals }
play-all-met = tous les objectifs sont atteints
play-hint = à `{ $goal }`, l'indice est { $found }, et non { $wanted }
play-no-hint = aucun
play-alone = `{ $goal }` seul doit échouer ; sont ouverts : { $goals }
play-open = { $goal } (trouvé : { $found })
demo-no-reference = le lab { $lab } n'a pas de solution de référence

# `plimsoll grade`.
grade-which-script = quel script faut-il noter ?
grade-which-script-hint = plimsoll grade { $lab } --script FICHIER
grade-folder-later = `plimsoll grade DOSSIER`, pour un dossier de travaux rendus, viendra dans une version suivante
grade-one-at-a-time = un à la fois : plimsoll grade LAB --script FICHIER [--files DOSSIER]
grade-unseen-twice = Des objectifs n'ont pas pu être examinés, deux fois de suite.
grade-not-plain = ce n'est pas un fichier ordinaire
grade-too-long = plus de { $most } Mo
grade-no-folder = `{ $path }` n'est pas un dossier
grade-ended = Le script s'est terminé avec le code { $code }. Ses dernières lignes :
grade-ended-silent = Le script s'est terminé avec le code { $code } sans rien afficher.
grade-was-ended = Le script a été arrêté. Ses dernières lignes :
grade-was-ended-silent = Le script a été arrêté sans rien afficher.
grade-answers = impossible de lire les réponses : { $why }
grade-not-seen = non examiné
grade-for-review = { $why } Note : 0, à revoir par l'enseignant.
grade-over-time = Le script ne s'est pas terminé en { $seconds } s.
grade-over-memory = Le travail rendu a utilisé plus de { $most } Mo de mémoire.
grade-over-processes = Le travail rendu a lancé plus de { $most } processus.
grade-over-disk = Le travail rendu a écrit plus de { $most } Mo ou { $files } fichiers.
grade-over-output = Le script a affiché plus de { $most } Mo.
grade-engine-ended = Le moteur du lab s'est arrêté.
grade-engine-ended-early = le moteur du lab s'est arrêté avant que le travail soit jugé

# Un essai, et ce qui ne va pas.
at-attempt = { $attempt } : { $told }
