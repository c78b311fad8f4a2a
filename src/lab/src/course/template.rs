//! `course new`: a small lab that is right from the first minute.

/// The files of a new lab: path in the course, and content.
pub fn new_lab(name: &str, order: u32) -> Vec<(String, String)> {
    let lab = format!("labs/{name}");
    let fill = |text: &str| {
        text.replace("LAB_NAME", name)
            .replace("LAB_ORDER", &order.to_string())
    };
    vec![
        (format!("{lab}/lab.yaml"), fill(LAB)),
        (format!("{lab}/en.md"), fill(EN)),
        (format!("{lab}/fr.md"), fill(FR)),
        (format!("{lab}/start/notes.txt"), fill(START)),
        (format!("{lab}/attempts/right/01-reference.sh"), fill(RIGHT)),
        (format!("{lab}/attempts/wrong/another-name.sh"), fill(WRONG)),
        (format!("graders/{name}.yaml"), fill(GRADER)),
    ]
}

/// The `course.yaml` beside them.
pub const COURSE: &str = r#"schema: plimsoll/course/v1
title:
  en: "A course of mine"
  fr: "Un cours à moi"
"#;

const LAB: &str = r#"schema: plimsoll/lab/v1
order: LAB_ORDER
title:
  en: "A container that stays"
  fr: "Un conteneur qui reste"
summary:
  en: "Start a container that goes on in the background."
  fr: "Démarrez un conteneur qui continue en arrière-plan."
minutes: 5
steps:
  - id: start
    goals: [sleeps]
"#;

const EN: &str = r#"# A container that stays

## Start it {#start}

```console
$ plimsoll shell LAB_NAME
lab$ docker run -d --name sleeper base sleep 600
```
"#;

const FR: &str = r#"# Un conteneur qui reste

## Démarrez-le {#start}

```console
$ plimsoll shell LAB_NAME
lab$ docker run -d --name sleeper base sleep 600
```
"#;

const START: &str = "Files that the learner gets in ~/plimsoll/LAB_NAME.\n";

const RIGHT: &str = "docker run -d --name sleeper base sleep 600\n";

const WRONG: &str = r#"# fails: sleeps
# hint: other-name
docker run -d --name somebody base sleep 600
"#;

const GRADER: &str = r#"schema: plimsoll/grader/v1
lab: LAB_NAME
goals:
  - id: sleeps
    points: 1
    title:
      en: "A container named `sleeper` runs"
      fr: "Un conteneur nommé `sleeper` tourne"
    check:
      container: {name: sleeper, state: [running]}
    misses:
      - id: other-name
        when:
          container: {state: [running]}
        hint:
          en: "`{found.name}` runs; the name has to be `sleeper`: `--name sleeper`."
          fr: "`{found.name}` tourne ; le nom doit être `sleeper` : `--name sleeper`."
    hints:
      - en: "`docker run -d` starts a container in the background."
        fr: "`docker run -d` démarre un conteneur en arrière-plan."
"#;
