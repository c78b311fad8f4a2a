echo 'second try' > html/index.html
docker run -d --name webserver -p 80:8080 nginx
docker rm -f webserver
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
