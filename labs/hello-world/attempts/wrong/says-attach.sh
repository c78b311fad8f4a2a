# fails: ps-a
# hint: says-attach
# answer: ps-a=attach
# answer: container=greeter
docker run --name greeter hello-world
