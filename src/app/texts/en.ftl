# The guided mode: lines instead of a full screen.
guided-goals = Goals
guided-goal = { $points ->
    [one] { $mark } { $title } (one point)
   *[other] { $mark } { $title } ({ $points } points)
 }
guided-met = met
guided-open = open
guided-how = Your shell in the lab comes next; `exit` leaves it. Goals are announced when they are met. There, `plimsoll hint { $lab }` helps, `plimsoll answer { $lab }` shows the questions, `plimsoll { $lab }` this lesson again.
guided-goal-met = [goal met: { $goal }. { $score } of { $most } points]
guided-turned-back = [no longer met: { $goal }. { $why }]
guided-all-met = [all goals are met: `exit` when you like]
