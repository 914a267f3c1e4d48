using RedisTagCache.Reach;

// Arguments: "figures" for the table alone, "folders" for the number of files in each folder and the folders that it uses; without any, each walk with its files.
var root = new DirectoryInfo(AppContext.BaseDirectory);
while (!File.Exists(Path.Combine(root.FullName, "RedisTagCache.sln")))
    root = root.Parent ?? throw new DirectoryNotFoundException("No repository above " + AppContext.BaseDirectory);
var code = SourceCode.Load(root.FullName);

if (args.Contains("folders"))
{
    var dependencies = Folders.Dependencies(code);
    foreach (var folder in Folders.All(code))
        Console.WriteLine($"{folder.Count(),3}  {folder.Key} -> {string.Join(' ', dependencies[folder.Key].Keys)}");
    return;
}

if (!args.Contains("figures"))
{
    foreach (var (name, walk) in Figure.Walks)
    {
        var steps = walk(code);
        Console.WriteLine($"{name}: {steps.Count} files (depth, file, and the member that leads there)");
        foreach (var step in steps)
            Console.WriteLine($"  {step.Depth,3}  {step.File,-64} {step.Through}");
        Console.WriteLine();
    }
}

foreach (var figure in Figure.All(code))
    Console.WriteLine($"| {figure.Name} | {figure.Items.Count} |");
