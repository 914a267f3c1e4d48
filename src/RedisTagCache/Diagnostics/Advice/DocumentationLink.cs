using System.Reflection;

namespace RedisTagCache.Diagnostics.Advice;

/// <summary>Formats a link to a page of the documentation for log lines.</summary>
/// <param name="Page">The file in the folder of the documentation, and the heading.</param>
internal readonly record struct DocumentationLink(string Page)
{
    /// <summary>The address of the project, which builds know from where they run. Others name the file alone.</summary>
    private static readonly string? _project =
        typeof(DocumentationLink).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(static data => data.Key == "ProjectUrl")?.Value;

    public override string ToString() => $"{(_project is null ? "" : _project + "/blob/main/")}docs/{Page}";
}
