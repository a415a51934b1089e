"""The documented rules of NICE CXone Mpower, a file each for what they are about."""
