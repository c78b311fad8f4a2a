# fails: container
# hint: no-such
# answer: ps-a=all
# answer: container=whale
docker run --name greeter hello-world
