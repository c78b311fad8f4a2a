echo 'copied into a volume' > html/index.html
docker volume create site
docker run -d --name webserver -p 80:80 -v site:/usr/share/nginx/html nginx
docker cp html/index.html webserver:/usr/share/nginx/html/index.html
