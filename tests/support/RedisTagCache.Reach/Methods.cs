using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedisTagCache.Reach;

/// <summary>The methods, constructors and operators of src/, with the number of lines of each.</summary>
public static class Methods
{
    /// <summary>Returns each method as its file and its name, with the number of lines from its signature to its end.</summary>
    public static IEnumerable<(string Method, int Lines)> All(SourceCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return code.Projects.SelectMany(project => project.Sources).DistinctBy(code.PathOf).SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>().Select(method =>
        {
            var from = method.AttributeLists.Count == 0 ? method.SpanStart : method.AttributeLists.Span.End;
            var lines = tree.GetLineSpan(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(from, method.Span.End));
            return ($"{code.PathOf(tree)}: {NameOf(method)}", lines.EndLinePosition.Line - lines.StartLinePosition.Line + 1);
        }));
    }

    private static string NameOf(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax named => named.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        _ => method.Kind().ToString(),
    };
}
