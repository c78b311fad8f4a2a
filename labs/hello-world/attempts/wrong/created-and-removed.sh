# fails: ran
# hint: never-started
# answer: ps-a=all
docker create --name never hello-world
docker rm never
