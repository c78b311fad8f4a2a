echo 'on one address' > html/index.html
docker run -d --name webserver -p 127.0.0.1:80:80 -v "$PWD/html":/usr/share/nginx/html nginx
