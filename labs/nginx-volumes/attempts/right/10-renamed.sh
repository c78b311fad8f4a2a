echo 'renamed' > html/index.html
docker run -d --name web -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
docker rename web webserver
