echo 2 > answers
select drink in tea 'hot coffee' water; do
    echo "$REPLY is $drink"
    break
done < answers 2> menu
cat menu; echo
printf '9\n1\n' | { select x in a b; do [ -n "$x" ] && echo "x=$x" && break; echo again; done 2> /dev/null; }
#= 2 is hot coffee
#= 1) tea
#= 2) hot coffee
#= 3) water
#= #? 
#= again
#= x=a
