echo 'from another container' > html/index.html
docker create --name pages -v "$PWD/html":/usr/share/nginx/html nginx
docker run -d --name webserver -p 80:80 --volumes-from pages nginx
