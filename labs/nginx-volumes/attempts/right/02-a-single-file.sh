echo 'one file' > page.html
docker run -d --name webserver -p 80:80 -v "$PWD/page.html":/usr/share/nginx/html/index.html nginx
