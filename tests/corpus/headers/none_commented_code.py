# import os
# os.remove(path)
