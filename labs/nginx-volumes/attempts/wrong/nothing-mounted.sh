# fails: page-is-mounted
docker run -d --name webserver -p 80:80 nginx
