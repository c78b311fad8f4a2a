# Le mode guidé : des lignes au lieu d'un plein écran.
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
