# answer: ps-a=all
docker run docker.io/library/hello-world:latest
plimsoll answer hello-world container "$(docker ps -aq)"
