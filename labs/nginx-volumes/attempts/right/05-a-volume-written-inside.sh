docker run -d --name webserver -p 80:80 --mount source=site,target=/usr/share/nginx/html nginx
docker exec webserver sh -c 'echo "written inside, kept outside" > /usr/share/nginx/html/index.html'
