#!/usr/bin/python3
import sys, time
import programs, tailnet, world
t=time.time()
lab = tailnet.Tailnet(programs.build())
lab.__enter__()
print(lab.world.folder, time.time()-t)
