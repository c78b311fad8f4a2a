echo 'in two steps' > html/index.html
docker create --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
docker start webserver
