mkdir -p a/b; touch a/x.txt a/b/y.txt a/z.sh
find a -name '*.txt' | sort
find a -maxdepth 1 -type f | sort
find a -name '*.sh' -exec echo found {} \;
find a -type f -print0 | xargs -0 ls -1 | sort
echo 1 2 3 | xargs -n 1 echo item
find a -name '*.sh' -delete; find a -name '*.sh' | wc -l
#= a/b/y.txt
#= a/x.txt
#= a/x.txt
#= a/z.sh
#= found a/z.sh
#= a/b/y.txt
#= a/x.txt
#= a/z.sh
#= item 1
#= item 2
#= item 3
#= 0
