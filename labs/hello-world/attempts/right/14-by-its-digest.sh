# answer: ps-a=all
docker pull -q hello-world
digest=$(docker inspect -f '{{index .RepoDigests 0}}' hello-world)
docker rmi hello-world
docker run --name by-digest "$digest"
plimsoll answer hello-world container by-digest
