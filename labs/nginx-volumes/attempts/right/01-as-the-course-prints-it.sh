echo '<h1>Written by me</h1>' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
curl -sS localhost
