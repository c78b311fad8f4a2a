# answer: ps-a=all
docker pull -q hello-world
docker run --name by-id "$(docker images -q hello-world)"
plimsoll answer hello-world container by-id
