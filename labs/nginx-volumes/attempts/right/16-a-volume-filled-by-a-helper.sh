docker run --rm -v site:/site base sh -c 'echo "from a helper" > /site/index.html'
docker run -d --name webserver -p 80:80 -v site:/usr/share/nginx/html nginx
