# fails: page-survives
# hint: anonymous
docker run -d --name webserver -p 80:80 -v /usr/share/nginx/html nginx
docker exec webserver sh -c 'echo mine > /usr/share/nginx/html/index.html'
