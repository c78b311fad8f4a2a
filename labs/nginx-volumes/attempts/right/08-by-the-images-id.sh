echo 'by id' > html/index.html
docker pull -q nginx
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html "$(docker images -q nginx)"
