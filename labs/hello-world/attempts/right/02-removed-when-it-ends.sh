# answer: ps-a=all
# answer: container=greeter
docker run --rm --name greeter hello-world
