echo 'mine' > html/index.html
docker run -d -p 8080:80 nginx
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
