# answer: ps-a=all
# answer: container=greeter
docker run --name greeter hello-world
docker container prune -f
docker rmi hello-world
