# Mots à côté des touches, et noms des vues.
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

# Quantités.
age-seconds = { $count } s
age-minutes = { $count } min
age-hours = { $count } h
age-days = { $count } j
size-bytes = { $count } o
size-kilo = { $count } ko
size-mega = { $count } Mo
size-giga = { $count } Go

# Carte.
map-host = hôte du lab
map-outside = dehors { $address }
map-not-published = non publié
map-more = et { $count } de plus
map-together = et { $count } de plus : { $names }
map-not-running = à l'arrêt
map-on-host = réseau de l'hôte du lab (--network host)
map-on-nothing = aucun réseau (--network none)
map-on-container = réseau de { $name }
map-also-in = aussi dans { $network } { $address }
map-nobody = aucun conteneur
map-internal = interne
map-parent = { $driver } sur { $device }
map-unused-volumes = volumes sans conteneur : { $names }
map-images = images : { $names }
map-empty = Aucun conteneur pour l'instant. Tapez dans le lab :
map-guest = (dessiné plus haut)
map-gateway = passerelle { $address }
map-left-out = et { $count } conteneurs de plus, non dessinés
map-key-fold = plier ou déplier
map-key-choose = choisir
view-more-above = { $count } lignes au-dessus
view-more-below = { $count } lignes au-dessous
state-running = en marche, { $age }
state-running-unknown = en marche
state-paused = en pause
state-created = créé, jamais démarré
state-ended = terminé ({ $code }), il y a { $age }
state-ended-unknown = terminé ({ $code })
state-restarting = redémarre après le code { $code }
state-removing = suppression en cours
state-dead = mort : n'a pas pu être supprimé
state-unknown = dans un état inconnu
health-starting = santé : en attente
health-healthy = en bonne santé
health-unhealthy = en mauvaise santé

# Journal.
journal-lab-started = le lab { $name } a été démarré
journal-lab-kept = le lab a été conservé tel quel, pour y revenir : { $name }
journal-lab-restored = le lab est revenu à { $name } : la suite est annulée
journal-image-pulled = image { $name } téléchargée
journal-image-tagged = une image a reçu le nom { $name }
journal-image-untagged = le nom { $name } a été retiré de son image
journal-image-removed = image { $name } supprimée
journal-created = conteneur { $name } créé depuis { $image }
journal-started = conteneur { $name } démarré
journal-ended = conteneur { $name } terminé, code { $code }
journal-killed = { $signal } envoyé au conteneur { $name }
journal-stopped = conteneur { $name } arrêté
journal-restarted = conteneur { $name } redémarré
journal-paused = conteneur { $name } mis en pause
journal-resumed = conteneur { $name } sorti de sa pause
journal-renamed = le conteneur { $before } s'appelle maintenant { $name }
journal-removed = conteneur { $name } supprimé
journal-resized = conteneur { $name } : son terminal a changé de taille
journal-updated = conteneur { $name } : ses limites ont été modifiées
journal-exec-started = commande dans le conteneur { $name } : { $command }
journal-exec-ended = commande dans le conteneur { $name } terminée, code { $code }
journal-health = conteneur { $name } : { $health }
journal-copied-in = fichiers copiés dans le conteneur { $name } : { $path }
journal-exported = conteneur { $name } exporté
journal-attached = un terminal s'est attaché au conteneur { $name }
journal-detached = un terminal s'est détaché du conteneur { $name }
journal-volume-created = volume { $name } créé
journal-volume-removed = volume { $name } supprimé
journal-other = { $kind } : { $name }
journal-of-lab = journal
journal-of-container = journal du conteneur { $name }
journal-empty = Rien pour l'instant.
journal-newer = { $count } plus récentes
journal-key-scroll = défiler
journal-key-filter = un conteneur, le suivant, tous
journal-key-follow = suivre la plus récente

# Couches.
layers-empty = Aucune image pour l'instant. Tapez dans le lab :
layers-writable = couche inscriptible
layers-not-looked = couche inscriptible non mesurée
layers-changed = { $count ->
    [0] rien de modifié
    [one] { $count } fichier modifié
   *[other] { $count } fichiers modifiés
 }
layers-changed-at-least = plus de { $count } fichiers modifiés
layers-count = { $count ->
    [one] { $count } couche
   *[other] { $count } couches
 }
layers-shared = partagée avec { $names }
layers-added = { $count ->
    [one] { $count } fichier : { $paths }
   *[other] { $count } fichiers : { $paths }
 }
layers-added-at-least = plus de { $count } fichiers : { $paths }
layers-deleted = enlève : { $paths }
layers-no-files = aucun fichier

# La carte en phrases.
plain-containers = { $count ->
    [one] { $count } conteneur, { $up } en marche.
   *[other] { $count } conteneurs, { $up } en marche.
 }
plain-container = Conteneur { $name }, de l'image { $image } : { $state }.
plain-nowhere = { "  " }Il n'a pas de réseau.
plain-on-host = { "  " }Il utilise le réseau de l'hôte du lab.
plain-on-container = { "  " }Il utilise le réseau du conteneur { $name }.
plain-address = { "  " }Sur le réseau { $network }, son adresse est { $address }.
plain-port = { "  " }Son port { $inside } est accessible dans le lab au port { $lab }.
plain-port-outside = { "  " }Son port { $inside } est accessible dans le lab au port { $lab }, et dehors à { $outside }.
plain-port-closed = { "  " }Son port { $inside } n'est pas publié.
plain-folder = { "  " }Le dossier { $name } est monté sur { $place }, { $access }.
plain-volume = { "  " }Le volume { $name } est monté sur { $place }, { $access }.
plain-tmpfs = { "  " }{ $place } est un tmpfs, des fichiers en mémoire, { $access }.
plain-writable = en écriture
plain-read-only = en lecture seule
plain-network = Réseau { $name } : { $subnet }.
plain-volume-unused = Le volume { $name } n'est dans aucun conteneur.
plain-images = Images : { $names }.

# La leçon.
lesson-cut = Cette leçon est plus longue que ce que Plimsoll peut lire. La suite manque ici.
lesson-note = À noter :
# Entre un nom et sa valeur.
lesson-pair = { " " }:
lesson-step = Étape { $number } : { $title }
key-open = ouvrir
key-insert = mettre dans le terminal
key-scroll = défiler
key-ends = premier, dernier
key-command = commande suivante
key-back = retour au terminal
key-quit = quitter
key-home = accueil
key-search = chercher
key-language = English
key-doctor = examiner cette machine
key-book = livre
key-reset = recommencer
key-undo = annuler
key-lesson = leçon
key-map = carte
key-layers = couches
key-journal = journal
key-hint = indice
key-answer = répondre
key-solution = solution
key-next-step = étape suivante
key-previous-step = étape précédente
key-record = enregistrer
key-zoom = terminal seul
key-literal = la touche elle-même, pour le programme du terminal
key-new-shell = nouveau shell
key-scroll-back = remonter dans le terminal
key-more = plus
key-hints-left = { $hint } (reste { $left })
leader-then = ^G puis
keys-close = une touche ferme
keys-scroll-close = ↑↓ défiler · une autre touche ferme
keys-yes-no = o oui · une autre touche non
keys-choose = ↑↓ choisir · Entrée continuer · Échap non
keys-question = Entrée répondre · Tab question suivante · Échap plus tard

# Accueil.
searching = chercher :
nothing-found = Aucun lab n'a cela dans son nom, son titre ou son résumé. Échap les montre tous.
containers-running = { $count ->
    [one] { $count } conteneur en marche  {""}
   *[other] { $count } conteneurs en marche  {""}
 }
lab-is-done = Terminé. Rouvrez-le quand vous voulez : rien n'est perdu.
next-goal = À suivre : { $goal }
takes-about = Environ { $minutes } minutes.
doctor-looks = Examen de cette machine...
doctor-fine = Doctor : tout va bien.
doctor-limited = `plimsoll doctor` en dit plus : { $what }
doctor-blocked = Les labs ne peuvent pas tourner ici ; `plimsoll doctor` dit comment y remédier : { $what }
too-small = Trop petit : il faut 20x6.

# Un lab.
step-of = étape { $step } sur { $all }
pane-lab = lab
lab-starts = Le lab démarre...
lab-ended = Le lab { $lab } s'est arrêté, et le shell avec lui.
lab-ended-hint = Rien n'est perdu : images, volumes, conteneurs arrêtés et vos fichiers sont gardés.
enter-tries-again = Entrée le redémarre.
shell-ended = Le shell s'est terminé ({ $code }). Entrée en ouvre un nouveau.
goals = objectifs
goal-met = { $goal } : atteint.
goal-turned-back = { $goal } : ce n'est plus le cas. { $why }
was-met-before = était atteint : { $message }
found-and-look = { $message }   voir : `{ $command }`
all-goals-met = Tous les objectifs sont atteints. Continuez quand vous voulez : ^G n, ou l'accueil avec ^G q.
not-judged-yet = Examen des objectifs...
cannot-judge = les objectifs ne peuvent pas être examinés pour l'instant
no-more-hints = Il n'y a plus d'indice pour cet objectif. ^G s montre la solution.
no-questions = Ce lab ne pose pas de question.
answer-noted = C'est noté. Vous pouvez changer d'avis à tout moment.
copied = Copié.
recording = ENR
recording-into = Le terminal est enregistré dans { $file } (ce que vous tapez n'est pas gardé, ce qui s'affiche l'est). ^G r arrête.
recording-kept = L'enregistrement est dans { $file }.

# Dialogues.
did-not-work = Cela n'a pas marché
question-of = question { $number } sur { $all }
solution-is-recorded = Vous verrez un chemin complet jusqu'au but. Votre progression gardera la trace qu'il a été montré. Le montrer ?
solution-is-one-way = Une bonne façon de faire ; il y en a d'autres.
back-to-which = Revenir à quel début ?
back-to-beginning = le lab, comme si rien n'avait été fait
back-to-step = étape { $step } : { $title }
asking-losses = Examen de ce qui serait perdu...
confirm-reset = { $loss }

    Continuer ?
resetting = Retour en arrière...
lab-was-reset = Le lab est comme neuf.
step-was-reset = Tout est comme au début de l'étape { $step }.
help-home = Les labs
help-leader = Dans un lab : appuyez sur Ctrl et G, relâchez, puis
help-lesson = Quand la leçon reçoit les touches
help-mouse = La souris fait défiler, et sélectionne du texte pour le copier. Les programmes du terminal qui demandent la souris la reçoivent.
