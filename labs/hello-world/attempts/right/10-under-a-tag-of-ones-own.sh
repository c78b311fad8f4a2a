# answer: ps-a=all
docker pull hello-world
docker tag hello-world greeting:mine
docker run --name mine greeting:mine
plimsoll answer hello-world container mine
