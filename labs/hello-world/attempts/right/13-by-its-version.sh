# answer: ps-a=all
docker run --name by-version "hello-world:$(plimsoll --version | cut -d ' ' -f 2)"
plimsoll answer hello-world container by-version
