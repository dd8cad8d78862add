module game

go 1.21
